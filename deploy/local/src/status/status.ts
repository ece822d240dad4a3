import { isoSecond, timeOfDay } from '../output/quantities.js';
import type { Fields, StatusBoard, Tone } from '../output/step-event.js';
import { newestSnapshot, type ProtectionView } from '../protection/view.js';
import type { ServiceCondition } from '../services/supervised-service.js';
import type { OplogTimestamp } from '@headwater/oplog';
import { copyOf } from './copy.js';
import { lagsOf, type Lags } from './lags.js';
import { copyText, lagText, servicesText, snapshotText, windowText } from './row-wording.js';
import { windowOf } from './window.js';

export interface StatusInput {
  readonly view: ProtectionView;
  readonly services: readonly ServiceCondition[];
  readonly deployment: string;
  /** Milliseconds since 1970. */
  readonly nowMillis: number;
  /** The newest write at the source, where somebody else than the agent knows of it. */
  readonly newest: OplogTimestamp | null;
  /** What else is wrong, for people. */
  readonly remarks: readonly string[];
}

export interface Status {
  readonly board: StatusBoard;
  readonly text: string;
  readonly fields: Fields;
}

/** From here on the archive counts as behind, in seconds: slices are closed every ten. */
const behindSeconds = 60;
const farBehindSeconds = 600;

/** Where the whole stands. Pure. */
export function statusOf(input: StatusInput): Status {
  const { view, services, deployment, nowMillis } = input;
  const lags = lagsOf(view, nowMillis, input.newest);
  const window = windowOf(view);
  const copy = copyOf(view);
  const [headline, tone] = verdictOf(input, lags);
  const troubles = troublesOf(input, lags);
  const rows = [
    ...(copy === null ? [] : [['copy', copyText(copy)] as const]),
    ['restorable', windowText(window)] as const,
    ['lag', lagText(lags)] as const,
    ['snapshot', snapshotText(view, nowMillis)] as const,
    ['services', servicesText(services)] as const,
    ...troubles.map((trouble) => ['trouble', trouble] as const),
  ];
  const board = { headline, tone, subject: `${deployment}, ${timeOfDay(nowMillis / 1000)} UTC`, rows };
  const snapshot = newestSnapshot(view);
  return {
    board,
    text: [headline, ...rows.map(([name, text]) => `${name}: ${text}`)].join('; '),
    fields: {
      tone,
      copy,
      restoreWindow: window,
      oplogLagSeconds: lags.oplogSeconds,
      archiveLagSeconds: lags.archiveSeconds,
      snapshot: snapshot === null ? null : { id: snapshot.snapshotId, time: isoSecond(snapshot.ts.t) },
      services: Object.fromEntries(services.map(({ name, phase, restarts }) => [name, { phase, restarts }])),
      troubles,
    },
  };
}

type Verdict = readonly [headline: string, tone: Tone];

function verdictOf(input: StatusInput, lags: Lags): Verdict {
  const { view, services } = input;
  const { capture, agent } = view;
  const isDown = (names: readonly string[]): boolean =>
    services.some(({ name, phase }) => phase !== 'ready' && names.includes(name));
  const halted = isDown(['agent', 'ingest']) || lags.silent || agent?.phase === 'source-unreachable';
  if (capture === null) return agent?.trouble ? ['NOT PROTECTED', 'bad'] : ['STARTING', 'warning'];
  if (capture.order === 'none') return ['NOT PROTECTED', 'bad'];
  if (capture.order === 'initial-sync') return syncVerdict(view, halted);
  if (halted) return ['NOT ARCHIVING', 'bad'];
  const late = lags.archiveSeconds;
  if (agent === null || late === null) return ['STARTING', 'warning'];
  if (late > behindSeconds) return ['BEHIND', late > farBehindSeconds ? 'bad' : 'warning'];
  if (newestSnapshot(view) === null) return [`FIRST SNAPSHOT${percent(view.head?.progress)}`, 'warning'];
  const impaired = agent.trouble || view.head?.state === 'broken' || input.remarks.length > 0;
  if (impaired || services.some(({ phase }) => phase !== 'ready')) return ['DEGRADED', 'warning'];
  return ['PROTECTED', 'good'];
}

function syncVerdict(view: ProtectionView, halted: boolean): Verdict {
  if (halted) return ['INITIAL SYNC HALTED', 'bad'];
  return [`INITIAL SYNC${percent(copyOf(view)?.fraction)}`, 'warning'];
}

function percent(fraction: number | null | undefined): string {
  return fraction === null || fraction === undefined ? '' : ` ${Math.floor(fraction * 100)} %`;
}

function troublesOf({ view, remarks }: StatusInput, lags: Lags): string[] {
  const { agent, capture, head } = view;
  return [
    ...(lags.silent ? [`nothing was heard of the agent for ${lags.silentText}`] : []),
    ...(agent?.trouble ? [`the agent: ${agent.trouble}`] : []),
    ...(capture?.order === 'none' ? [`ingest orders nothing: ${capture.reason}`] : []),
    ...(head?.state === 'broken' ? [`the head: ${head.reason ?? 'broken'}`] : []),
    ...remarks,
  ];
}
