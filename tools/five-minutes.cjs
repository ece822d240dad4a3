'use strict';

// Real servers start, sync and recover in some of them; for all of them a busy machine is no failure.
jest.setTimeout(300_000);
