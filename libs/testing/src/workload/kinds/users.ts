import type { Kind, Scene } from '../scene.js';

const admin = (scene: Scene) => scene.client.db('admin');
/** Several workloads may share a deployment, and so its admin database. */
const user = (scene: Scene) => `${scene.db.databaseName}-user-${scene.random.below(3)}`;
const role = (scene: Scene) => `${scene.db.databaseName}-role`;

/** Users and roles, in the admin database. */
export const users: Kind = {
  name: 'users',
  async prepare(scene) {
    await admin(scene).command({ createUser: user(scene), pwd: 'secret', roles: ['readWriteAnyDatabase'] });
    await admin(scene).command({ createRole: role(scene), privileges: [], roles: ['backup'] });
  },
  operations: [
    {
      name: 'create user',
      weight: 0.3,
      run: (scene) => admin(scene).command({ createUser: user(scene), pwd: 'secret', roles: [role(scene)] }),
    },
    {
      name: 'change user',
      weight: 0.3,
      run: (scene) => admin(scene).command({ updateUser: user(scene), customData: { n: scene.number } }),
    },
    { name: 'drop user', weight: 0.2, run: (scene) => admin(scene).command({ dropUser: user(scene) }) },
  ],
};
