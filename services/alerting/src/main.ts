import { bootstrapService } from '@headwater/service-kit';
import { statusOf } from './alerting-errors.js';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

void bootstrapService({ name: 'alerting', config: readConfig, module: AppModule.compose, statusOf });
