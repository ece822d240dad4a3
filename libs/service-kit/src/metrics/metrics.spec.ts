import { Metrics } from './metrics.js';

describe('Metrics', () => {
  it('exposes what it made, with the service as a label, beside the default metrics of the process', async () => {
    const metrics = new Metrics('ingest');
    const slices = metrics.counter({
      name: 'headwater_slices_total',
      help: 'Slices archived.',
      labels: ['replicaSet'],
    });
    slices.inc({ replicaSet: 'rs0' }, 2);
    metrics.gauge({ name: 'headwater_archive_lag_seconds', help: 'Behind.' }).set(1.5);
    metrics.histogram({ name: 'headwater_slice_bytes', help: 'Size.', buckets: [1, 10] }).observe(4);
    const text = await metrics.registry.metrics();
    expect(text).toContain('headwater_slices_total{replicaSet="rs0",service="ingest"} 2');
    expect(text).toContain('headwater_archive_lag_seconds{service="ingest"} 1.5');
    expect(text).toContain('headwater_slice_bytes_bucket{le="10",service="ingest"} 1');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('asks for a figure of the moment at every scrape', async () => {
    const metrics = new Metrics('alerting');
    let lag = 1;
    metrics.gauge({
      ...{ name: 'headwater_oplog_lag_seconds', help: 'Behind.' },
      collect: (gauge) => {
        gauge.set(lag++);
      },
    });
    expect(await metrics.registry.metrics()).toContain('headwater_oplog_lag_seconds{service="alerting"} 1');
    expect(await metrics.registry.metrics()).toContain('headwater_oplog_lag_seconds{service="alerting"} 2');
  });

  it('keeps the metrics of two services apart', () => {
    const options = { name: 'headwater_slices_total', help: '-' };
    new Metrics('ingest').counter(options);
    expect(() => new Metrics('agent').counter(options)).not.toThrow();
  });

  it('refuses a name that does not follow headwater_<noun>_<unit>', () => {
    const metrics = new Metrics('ingest');
    const help = '-';
    expect(() => metrics.counter({ name: 'headwater_slices', help })).toThrow('headwater_<noun>_<unit>');
    expect(() => metrics.gauge({ name: 'slices_seconds', help })).toThrow('headwater_<noun>_<unit>');
    expect(() => metrics.gauge({ name: 'headwater_seconds', help })).toThrow('headwater_<noun>_<unit>');
    expect(() => metrics.gauge({ name: 'headwater_archiveLag_seconds', help })).toThrow(
      'headwater_<noun>_<unit>',
    );
    expect(() => metrics.gauge({ name: 'headwater_slices_total', help })).toThrow('headwater_<noun>_<unit>');
    expect(() => metrics.histogram({ name: 'headwater_archive_lag', help })).toThrow(
      'headwater_<noun>_<unit>',
    );
    expect(() => metrics.gauge({ name: 'headwater_restore_jobs', help })).not.toThrow();
  });
});
