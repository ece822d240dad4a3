import type { SettingFloor, TopicDefinition } from '@headwater/contracts';

/** A topic as the broker has it. */
export interface FoundTopic {
  readonly topic: string;
  readonly partitions: number;
  /** Of its partition with the fewest. */
  readonly replicas: number;
  readonly settings: ReadonlyMap<string, string>;
}

/** Where a topic does not come up to what it must be. */
export interface Shortfall {
  readonly topic: string;
  readonly setting: string;
  readonly is: string;
  readonly mustBe: string;
  /** What repairs it. */
  readonly command: string;
}

/**
 * What is wrong with a topic that is there; nothing when it may be used.
 *
 * @param broker stands in the commands
 */
export function shortfallsOf(
  definition: TopicDefinition,
  found: FoundTopic,
  { replicas, broker }: { readonly replicas: number; readonly broker: string },
): Shortfall[] {
  const { topic } = definition;
  const short: Shortfall[] = [];
  for (const [setting, floor] of Object.entries(definition.settings)) {
    const is = found.settings.get(setting) ?? 'not known';
    if (holds(floor, is)) continue;
    const mustBe = floor.rule === 'exactly' ? floor.value : `${floor.value} or more`;
    const command = `kafka-configs.sh --bootstrap-server ${broker} --alter --entity-type topics --entity-name ${topic} --add-config ${setting}=${floor.value}`;
    short.push({ topic, setting, is, mustBe, command });
  }
  if (found.replicas < replicas) {
    const command = `kafka-reassign-partitions.sh --bootstrap-server ${broker} --reassignment-json-file … --execute`;
    short.push({
      ...{ topic, setting: 'replicas', is: String(found.replicas), mustBe: `${replicas} or more` },
      command: `${command}, or HEADWATER_KAFKA_REPLICAS=${found.replicas} where that is enough`,
    });
  }
  return short;
}

/** Topics whose partitions are shared together must have the same number of them. */
export function unequalPartitions(found: readonly FoundTopic[], broker: string): Shortfall[] {
  const most = Math.max(...found.map(({ partitions }) => partitions));
  return found
    .filter(({ partitions }) => partitions < most)
    .map(({ topic, partitions }) => ({
      ...{ topic, setting: 'partitions', is: String(partitions), mustBe: String(most) },
      command: `stop all services, then kafka-topics.sh --bootstrap-server ${broker} --alter --topic ${topic} --partitions ${most}`,
    }));
}

function holds({ rule, value }: SettingFloor, is: string): boolean {
  if (rule === 'exactly') return is === value;
  return is === '-1' || Number(is) >= Number(value);
}
