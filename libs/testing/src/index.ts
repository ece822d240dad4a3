// testing: real parts for specs, for end-to-end tests and for the launcher's sample. Never part of a service.
//
// - testMongod, startReplicaSet, startRestored: real mongods on 127.0.0.1, checked by pid to be ours. A Member of a
//   set is killed, frozen and started again.
// - NumberedWriter: knows of each of its writes when the server applied it: "all up to T and none after".
// - Workload: a seeded load over all kinds of data that a backup must bring back.
// - DeploymentImage: what a copy must have in common with its source; compareDeployments says what it has not.
// - Capture, sealSnapshot: what agent, ingest and snapshot-builder make, without them.
// - engine-suite/: a program of its own, `npm run engine-suite`; nothing of it is exported.
// - agentStateOf, captureStateOf: what an agent and ingest say of a replica set, for who folds it.
// - runService: a built service as a process of its own, with its logs.
// - startS3Server: MinIO or versitygw, built once a machine and run on a directory; whyNoS3Server: why specs must skip.
// - TcpProxy: a port in front of a server, on which connections are cut, slow, still or answered by 503.
// - KafkaBroker: one real Kafka node without Docker, its jars from Maven; whyNoKafka: why specs must skip.
// - markOplog, operationTimeOf: moments of a source.
// - eventually, freePort, temporaryDirectory, GuardedChild: what every spec with processes needs. Every process
//   started here dies with the one that started it.
export { eventually } from './eventually.js';
export type { EventuallyOptions } from './eventually.js';
export { freePort } from './free-port.js';
export { temporaryDirectory } from './temporary-directory.js';
export type { TemporaryDirectory } from './temporary-directory.js';
export { GuardedChild } from './processes/guarded-child.js';
export type { ChildOptions, ExitStatus } from './processes/guarded-child.js';
export { runService } from './processes/service.js';
export type { RunningService, ServiceOptions, StoppedService } from './processes/service.js';
export type { LogLine } from './processes/json-lines.js';
export { startS3Server, whyNoS3Server } from './parts/start-s3-server.js';
export type { S3KindName, S3ServerOptions, StartedS3Server } from './parts/start-s3-server.js';
export type { S3Server, S3ServerSettings } from './parts/s3-server.js';
export { httpAnswer, slowDown, TcpProxy } from './parts/tcp-proxy.js';
export type { Weather } from './parts/tcp-proxy.js';
export { testMongod } from './mongod-binary.js';
export { mongoClient } from './mongo-client.js';
export { bsonTimestampOf, markOplog, operationTimeOf, oplogTimestampOf } from './cluster-time.js';
export { startReplicaSet } from './replica-set/replica-set.js';
export type { ReplicaSet, ReplicaSetOptions } from './replica-set/replica-set.js';
export type { Member } from './replica-set/member.js';
export { startRestored } from './replica-set/restored.js';
export type { Restored } from './replica-set/restored.js';
export { NumberedWriter } from './writer/numbered-writer.js';
export type { NumberedWriterOptions } from './writer/numbered-writer.js';
export type { ExpectedDocument, ExpectedState } from './writer/write-history.js';
export { Pace } from './pace.js';
export { Random } from './random.js';
export { agentStateOf, captureStateOf } from './sample-states.js';
export { Workload, workloadKinds } from './workload/workload.js';
export type { StepOutcome, WorkloadKind, WorkloadOptions } from './workload/workload.js';
export type { WorkloadSizes } from './workload/scene.js';
export { compareDeployments, compareImages } from './equality/comparison.js';
export type { ComparisonOptions } from './equality/comparison.js';
export { Capture } from './capture/capture.js';
export type { CaptureSizes, SyncHooks } from './capture/capture.js';
export { sealSnapshot } from './capture/sealing.js';
export { takeImage } from './equality/image.js';
export type { CollectionImage, DeploymentImage, ImageOptions } from './equality/image.js';
export { expectedDifferences } from './equality/expected-difference.js';
export type { ExpectedDifference } from './equality/expected-difference.js';
export { validateAll } from './equality/validation.js';
export { KafkaBroker } from './parts/kafka-broker.js';
export type { KafkaBrokerOptions } from './parts/kafka-broker.js';
export { kafkaJars, kafkaToolJars, kafkaVersion, whyNoKafka, whyNoKafkaTools } from './parts/kafka-jars.js';
export type { KafkaJarsOptions } from './parts/kafka-jars.js';
