import { bootstrapService } from '@headwater/service-kit';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

void bootstrapService({ name: 'ingest', config: readConfig, module: AppModule.compose });
