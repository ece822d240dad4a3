import { setFlagsFromString } from 'node:v8';
import { bootstrapService } from '@headwater/service-kit';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

// Freed buffers count as growth of the heap, which is small: V8 would go through all of it for every few megabytes of
// oplog, and more of a busy agent's CPU went into that than into the oplog. It may grow to twice what is in use.
setFlagsFromString('--heap-growing-percent=100');

void bootstrapService({ name: 'agent', config: readConfig, module: AppModule.compose });
