import type { PlannedMongod } from '@headwater/contracts';
import { messageOf } from '@headwater/errors';
import { lookedForMongod } from '@headwater/mongod';
import type { MongodSettings } from '@headwater/mongod';

/** Which mongod a restore of that series would use. Nothing is obtained. */
export async function plannedMongod(settings: MongodSettings, series: string): Promise<PlannedMongod> {
  try {
    const look = await lookedForMongod(settings, series);
    if (look.kind === 'missing') {
      return { found: false, series, obtainable: look.obtainable, reason: look.reason };
    }
    const { version, path } = look.binary;
    return { found: true, series, version, path };
  } catch (error) {
    return { found: false, series, obtainable: false, reason: messageOf(error) };
  }
}
