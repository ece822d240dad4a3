'use strict';

// Every Headwater of a spec of this project is on Kafka and MinIO, unless the spec says something else.
process.env.HEADWATER_E2E_PAIR = 'servers';
