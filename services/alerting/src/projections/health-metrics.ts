import type { ReplicaSetHealthBody } from '@headwater/contracts';
import type { Metrics } from '@headwater/service-kit';
import type { ReplicaSets } from './replica-sets.js';

/** A figure of one replica set; null where nobody measures it, and then it is not shown. */
type Figure = (health: ReplicaSetHealthBody) => number | null;

/** Shows what `/v1/replica-sets` answers as gauges, each figure as it is at the scrape. */
export function showHealth(metrics: Metrics, replicaSets: ReplicaSets): void {
  const show = (name: string, help: string, figure: Figure) => {
    metrics.gauge({
      ...{ name, help, labels: ['deployment', 'replicaSet'] as const },
      collect: (gauge) => {
        gauge.reset();
        for (const health of replicaSets.all()) {
          const { deployment, replicaSet } = health;
          const value = figure(health);
          if (value !== null) {
            gauge.set({ deployment, replicaSet }, value);
          }
        }
      },
    });
  };
  show(
    'headwater_agent_last_seen_seconds',
    'Since the active agent was last heard.',
    ({ agent }) => agent?.secondsSinceSeen ?? null,
  );
  show(
    'headwater_oplog_lag_seconds',
    "From the newest entry on the bus to the source's newest.",
    ({ oplogLagSeconds }) => oplogLagSeconds,
  );
  show(
    'headwater_archive_lag_seconds',
    "From the newest entry in the store to the source's newest.",
    ({ archiveLagSeconds }) => archiveLagSeconds,
  );
  show(
    'headwater_newest_snapshot_age_seconds',
    'Since the newest write that a snapshot holds.',
    ({ newestSnapshot }) => newestSnapshot?.ageSeconds ?? null,
  );
}
