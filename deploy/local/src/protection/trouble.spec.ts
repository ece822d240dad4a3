import { ManualClock } from '@headwater/clock';
import { agentStateOf } from '@headwater/testing';
import { Report } from '../output/report.js';
import type { StepEvent } from '../output/step-event.js';
import { fatalTrouble } from './trouble.js';
import { TroubleTeller } from './trouble-teller.js';
import { emptyView, type Trouble } from './view.js';

const agent = agentStateOf({ phase: 'tailing' });

describe('fatalTrouble', () => {
  const troubles = (kind: Trouble['kind'], times: number, patient = false) =>
    fatalTrouble(
      {
        ...emptyView,
        troubles: Array.from({ length: times }, (_, n) => ({ number: n + 1, kind, reason: 'because' })),
      },
      patient,
    );

  it('is a refusal at once, what is tried again the third time, and nothing else', () => {
    expect(troubles('refused', 1)).toMatchObject({ code: 'LAUNCHER-10006', message: 'because' });
    expect(troubles('sync-abandoned', 2)).toBeNull();
    expect(troubles('sync-abandoned', 3)).toMatchObject({ code: 'LAUNCHER-10007' });
    expect(troubles('snapshot-failed', 3)).toMatchObject({ code: 'LAUNCHER-10007' });
    expect(troubles('rewind', 9)).toBeNull();
  });

  it('is a refusal only, for a run without end', () => {
    expect(troubles('snapshot-failed', 9, true)).toBeNull();
    expect(troubles('refused', 1, true)).toMatchObject({ code: 'LAUNCHER-10006' });
  });
});

describe('TroubleTeller', () => {
  it('says each thing once, and when the agent is back at its work', () => {
    const said: string[] = [];
    const show = ({ state, text }: StepEvent): void => void said.push(`${state} ${text}`);
    const teller = new TroubleTeller(new Report({ show }, new ManualClock()));
    const gap = { number: 1, kind: 'gap', reason: 'x exists nowhere' } as const;
    const hold = { number: 2, kind: 'hold', reason: 'y' } as const;
    const troubled = { ...agent, trouble: 'the source does not answer' };
    teller.tell({ ...emptyView, troubles: [gap], agent: troubled });
    teller.tell({ ...emptyView, troubles: [gap, hold], agent: troubled });
    teller.tell({ ...emptyView, troubles: [hold], agent });
    expect(said).toEqual([
      'warning GAP: x exists nowhere. No second of it can be restored; a new chain begins after it',
      'warning the agent: the source does not answer',
      'warning the oplog cannot be archived and waits: y',
      'news the agent is back at its work',
    ]);
  });
});
