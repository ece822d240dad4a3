import { bootstrapService } from '@headwater/service-kit';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { statusOf } from './restore-errors.js';

void bootstrapService({ name: 'restore', config: readConfig, module: AppModule.compose, statusOf });
