import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { kitErrors } from '../kit-errors.js';

export interface MetricOptions<L extends string = string> {
  /** `headwater_<noun>_<unit>`. A counter ends in `_total`; anything else in a base unit or in what it counts. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

export interface HistogramOptions<L extends string = string> extends MetricOptions<L> {
  /** Upper bounds, ascending, in the metric's unit. */
  readonly buckets?: readonly number[];
}

export interface GaugeOptions<L extends string = string> extends MetricOptions<L> {
  /** Called before every scrape, for what is a figure of that moment. */
  readonly collect?: (gauge: Gauge<L>) => void;
}

const nounAndUnit = /^headwater(_[a-z][a-z0-9]*){2,}$/;
const units = /_(ratio|info|(?!total)[a-z0-9]+s)$/;

/**
 * How often the delay of the event loop is looked at, in milliseconds; `nodejs_eventloop_lag_min_seconds` and its like
 * contain it. Each look wakes the process, also one that has nothing to do: at prom-client's 10 that was most of the
 * wake-ups of a quiet service.
 */
const eventLoopMonitoringPrecision = 100;

/** The metrics of one service: its own registry, with the process's default metrics in it. */
export class Metrics {
  readonly registry = new Registry();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision });
  }

  /** @throws kitErrors.metricName */
  counter<L extends string = never>(options: MetricOptions<L>): Counter<L> {
    return new Counter(this.configuration(options, /_total$/));
  }

  /** @throws kitErrors.metricName */
  gauge<L extends string = never>(options: GaugeOptions<L>): Gauge<L> {
    const { collect } = options;
    const configuration = this.configuration(options, units);
    if (collect === undefined) {
      return new Gauge(configuration);
    }
    const gauge: Gauge<L> = new Gauge({
      ...configuration,
      collect: () => {
        collect(gauge);
      },
    });
    return gauge;
  }

  /** @throws kitErrors.metricName */
  histogram<L extends string = never>(options: HistogramOptions<L>): Histogram<L> {
    const { buckets } = options;
    const configuration = this.configuration(options, units);
    return new Histogram(buckets === undefined ? configuration : { ...configuration, buckets: [...buckets] });
  }

  private configuration<L extends string>({ name, help, labels }: MetricOptions<L>, unit: RegExp) {
    if (!nounAndUnit.test(name) || !unit.test(name)) {
      throw kitErrors.metricName(`metric ${name} is not named headwater_<noun>_<unit>`);
    }
    return { name, help, labelNames: labels ?? [], registers: [this.registry] };
  }
}
