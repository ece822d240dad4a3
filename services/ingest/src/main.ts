import { bootstrapService } from '@headwater/service-kit';
import { letHeapGrow } from '@headwater/service-kit/process';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

letHeapGrow();

void bootstrapService({ name: 'ingest', config: readConfig, module: AppModule.compose });
