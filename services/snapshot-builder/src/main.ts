import { bootstrapService } from '@headwater/service-kit';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

void bootstrapService({ name: 'snapshot-builder', config: readConfig, module: AppModule.compose });
