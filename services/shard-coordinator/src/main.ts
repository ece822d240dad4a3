import { bootstrapService } from '@headwater/service-kit';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { statusOf } from './coordinator-errors.js';

void bootstrapService({
  name: 'shard-coordinator',
  config: readConfig,
  module: AppModule.compose,
  statusOf,
});
