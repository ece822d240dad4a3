import type { RouteContract } from './route-contract.js';

/** What every service serves. */
export const operationsRoutes: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/livez',
    says: 'Whether the process lives.',
    answers: { 200: { says: 'The process turns.', body: 'Liveness' } },
  },
  {
    method: 'get',
    path: '/readyz',
    says: 'Whether the service may be given work.',
    answers: { 200: { says: 'It may.', body: 'Readiness' } },
    problems: { 503: 'It may not: `reasons` has one `{check, reason}` for each that says so.' },
  },
  {
    method: 'get',
    path: '/metrics',
    says: 'Metrics for Prometheus.',
    answers: { 200: { says: 'In the text format.', body: { text: 'text/plain' } } },
  },
];
