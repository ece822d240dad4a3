import type { Report } from '../output/report.js';
import { troubleText } from './trouble.js';
import type { ProtectionView } from './view.js';

/** Says at once what goes wrong with the protection, each thing once. */
export class TroubleTeller {
  private told = 0;
  private agentTrouble: string | null = null;

  constructor(private readonly report: Report) {}

  tell({ troubles, agent }: ProtectionView): void {
    for (const { number, ...trouble } of troubles) {
      if (number <= this.told) continue;
      this.told = number;
      this.report.warn(troubleText(trouble), { event: 'trouble', ...trouble });
    }
    const now = agent?.trouble ?? null;
    if (now === this.agentTrouble) return;
    this.agentTrouble = now;
    if (now === null) this.report.say('the agent is back at its work', { event: 'agent-trouble-over' });
    else this.report.warn(`the agent: ${now}`, { event: 'agent-trouble', reason: now });
  }
}
