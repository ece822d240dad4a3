'use strict';

// Real servers start, sync and recover in these tests.
jest.setTimeout(300_000);
