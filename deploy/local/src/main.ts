import { join } from 'node:path';
import { launch } from './launcher.js';

/** `dist/deploy/local/main.js` lies beside `dist/services`. */
const programs = join(__dirname, '..', '..', 'services');

void launch(process, programs).then((exitCode) => process.exit(exitCode));
