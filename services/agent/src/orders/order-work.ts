import type { AgentState, CaptureState } from '@headwater/contracts';

/** What an order asks of the copy: the tail follows from `tailStartOf`. */
export type SyncWork =
  /** No copy is ordered: one that runs is stopped. */
  | 'none'
  /** The copy that runs here is the ordered one. */
  | 'go-on'
  /** Everything was sent already, and ingest is on its way through it. */
  | 'wait'
  | 'start'
  /** Somebody else began it, and nobody goes on with it. */
  | 'abandon';

/** Pure. */
export function syncWorkOf(
  order: CaptureState,
  running: { readonly syncId: string; readonly attempt: string } | null,
  agent: Pick<AgentState, 'syncSent'>,
): SyncWork {
  if (order.order !== 'initial-sync' || order.sync === null) {
    return 'none';
  }
  if (running?.syncId === order.sync.id) {
    return order.sync.attempt === null || order.sync.attempt === running.attempt ? 'go-on' : 'abandon';
  }
  if (agent.syncSent === order.sync.id) {
    return 'wait';
  }
  return order.sync.attempt === null ? 'start' : 'abandon';
}
