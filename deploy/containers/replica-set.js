// For mongosh, in compose.yaml: makes three members a replica set where they are none yet, and waits for its primary.
const members = ['mongodb-1', 'mongodb-2', 'mongodb-3'].map((name, _id) => ({ _id, host: `${name}:27017` }));

try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members });
}

const giveUpAt = Date.now() + 120_000;
while (!rs.status().members.some(({ stateStr }) => stateStr === 'PRIMARY')) {
  if (Date.now() > giveUpAt) throw new Error('the replica set has no primary after two minutes');
  sleep(500);
}
print('rs0 has a primary');
