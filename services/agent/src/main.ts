import { bootstrapService } from '@headwater/service-kit';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

void bootstrapService({ name: 'agent', config: readConfig, module: AppModule.compose });
