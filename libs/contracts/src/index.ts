// contracts: what services and outsiders agree on. Imports zod and nothing else of ours.
//
// - Topics: the names and keys on the bus. TopicRetention: how long each keeps its messages.
//   TopicDefinition: how each is made on Kafka, and what it must come up to.
// - CloudEvent: the envelope of every message (CloudEvents 1.0, Kafka binding, binary mode).
// - oplog-batches: OplogBatchMeta, and what an agent must say in order with its batches.
// - initial-sync: SyncPartMeta, and the message that makes a sync whole.
// - state: capture, agent, head, snapshot, restore-job; one writer a kind.
// - events: facts that people and other systems act on.
// - rest: bodies of what the services answer over HTTP, and their routes.
// - messageCatalogue, topicContracts, serviceApis: all of it as lists; the documents are made from them.
// - openApiOf: what a service serves, as OpenAPI; openApiSchemaOf: a schema as it stands there.
// - environmentNames: every HEADWATER_* variable there is.
export { agentLeaseGroup, encodeId, replicaSetKey, topicsOf } from './topics.js';
export type { Topics } from './topics.js';
export { topicDefinitionsOf } from './topic-definitions.js';
export type { SettingFloor, TopicDefinition } from './topic-definitions.js';
export { topicRetentionOf } from './topic-retention.js';
export type { TopicRetention } from './topic-retention.js';
export { oplogTimestampSchema, positionSchema } from './timestamps.js';
export type { WirePosition, WireTimestamp } from './timestamps.js';
export { decodeCloudEvent, encodeCloudEvent, problemOf } from './cloud-event.js';
export type { CloudEvent, Decoded, EventCarrier } from './cloud-event.js';
export { decodeJsonEvent, encodeJsonEvent, jsonDataOf } from './json-event.js';
export type { EventContext, JsonEvent } from './json-event.js';
export { decodeOplogBatch, encodeOplogBatch, oplogBatchType } from './oplog-batches/oplog-batch.js';
export type { OplogBatchMeta } from './oplog-batches/oplog-batch.js';
export { forkFound, gapFound, syncAbandoned, syncBegun } from './oplog-batches/announcements.js';
export type { ForkFound, GapFound, SyncAbandoned, SyncBegunMessage } from './oplog-batches/announcements.js';
export { decodeSyncPart, encodeSyncPart, syncPartType, syncSent } from './initial-sync/sync-part.js';
export type { SyncPartMeta, SyncSent } from './initial-sync/sync-part.js';
export { captureKey, captureKeyPrefix, captureState } from './state/capture.js';
export type { CaptureOrder, CaptureState } from './state/capture.js';
export { agentKey, agentKeyPrefix, agentState } from './state/agent.js';
export type { AgentPhase, AgentState, ClusterMembership } from './state/agent.js';
export { headKey, headKeyPrefix, headState } from './state/head.js';
export type { HeadState } from './state/head.js';
export { snapshotKey, snapshotKeyPrefix, snapshotState } from './state/snapshot.js';
export type { SnapshotState } from './state/snapshot.js';
export { restoreJobKey, restoreJobKeyPrefix, restoreJobState } from './state/restore-job.js';
export { snapshotCompleted, snapshotFailed } from './events/snapshot-facts.js';
export type { SnapshotFact, SnapshotFailed } from './events/snapshot-facts.js';
export {
  agentAnnounced,
  captureDisturbed,
  captureOrdered,
  captureVersionUntested,
  forkRecorded,
  gapRecorded,
  initialSyncCompleted,
} from './events/capture-facts.js';
export type {
  AgentAnnounced,
  CaptureDisturbed,
  CaptureOrdered,
  CaptureVersionUntested,
  ForkRecorded,
  GapRecorded,
  InitialSyncCompleted,
} from './events/capture-facts.js';
export { restoreCancelled, restoreCompleted, restoreFailed, restoreStarted } from './events/restore-facts.js';
export type {
  RestoreCancelled,
  RestoreCompleted,
  RestoreFailed,
  RestoreStarted,
} from './events/restore-facts.js';
export {
  deploymentSchema,
  idSchema,
  restoreWindowSchema,
  snapshotKindSchema,
  snapshotSchema,
  windowEndSchema,
} from './rest/deployment.js';
export type { DeploymentBody, RestoreWindowBody, SnapshotBody } from './rest/deployment.js';
export { listSchema, pageQuerySchema } from './rest/page.js';
export type { PageQuery } from './rest/page.js';
export { problemMediaType } from './rest/problem.js';
export type { ProblemBody } from './rest/problem.js';
export {
  createRestoreQuerySchema,
  longestIdempotencyKey,
  restoreDeliverySchema,
  restoreIdSchema,
  restoreRequestSchema,
  restoreTargetSchema,
} from './rest/restore-request.js';
export type {
  CreateRestoreQuery,
  RestoreDelivery,
  RestoreRequest,
  RestoreTarget,
} from './rest/restore-request.js';
export {
  finishedRestoreJobStates,
  restoredCollectionSchema,
  restoreErrorSchema,
  restoreJobSchema,
  restoreJobStateSchema,
} from './rest/restore-job.js';
export type {
  RestoredCollection,
  RestoreJobBody,
  RestoreJobStateName,
  RestoreProgress,
  RestoreVerification,
  RestoreWait,
} from './rest/restore-job.js';
export { deploymentTopologySchema } from './rest/deployment-topology.js';
export type { DeploymentTopologyBody } from './rest/deployment-topology.js';
export { replicaSetHealthSchema } from './rest/replica-set-health.js';
export type { ReplicaSetHealthBody } from './rest/replica-set-health.js';
export { recentEventSchema } from './rest/recent-event.js';
export type { RecentEventBody } from './rest/recent-event.js';
export { restoreBaseKindSchema } from './rest/restore-base.js';
export type { RestoreBaseKind } from './rest/restore-base.js';
export { restorePlanSchema } from './rest/restore-plan.js';
export type { PlannedMongod, RestorePlanBody } from './rest/restore-plan.js';
export { environmentNames } from './environment.js';
export type { EnvironmentName } from './environment.js';
export { messageCatalogue } from './catalogue/message-catalogue.js';
export { topicContracts } from './catalogue/topic-contracts.js';
export type { MessageContract, ServiceName } from './catalogue/message-contract.js';
export type { TopicContract } from './catalogue/topic-contracts.js';
export { serviceApis } from './rest/routes/service-api.js';
export type { ServiceApi } from './rest/routes/service-api.js';
export type { AnswerContract, RouteContract } from './rest/routes/route-contract.js';
export type { RestBodyName } from './rest/routes/rest-bodies.js';
export { openApiOf, openApiSchemaOf } from './documents/open-api.js';
