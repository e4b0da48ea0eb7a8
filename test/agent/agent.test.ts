import { bridge, definition } from '../engine/plexus.ts'
import { assert, test } from '../harness.ts'
import { eventsAbout, eventually, nodePod, statusIn, withAgentNode } from './agent-node.ts'

const DEFAULT = { delegates: [bridge(10)] }
const TIMEOUT = { timeoutMs: 180_000 }

test(
  'G2, E1, G7: with the agent an ADD costs the API server one write and no read, and the pod has its status and its Events',
  async () => {
    await withAgentNode(DEFAULT, async ({ api, node, startAgent }) => {
      api.apply(definition('lan', bridge(20)), nodePod('web', 'lan'))
      const agent = await startAgent()
      const before = api.audit().length
      const { status, json } = await node.call('ADD')
      assert.is(status, 0, JSON.stringify(json))
      assert.equal(
        json.interfaces?.filter(({ sandbox }) => sandbox).map(({ name }) => name),
        ['eth0', 'net1'],
      )
      await eventually(() => eventsAbout(api, 'web').length === 2)
      assert.equal(
        statusIn(api, 'web')?.map(({ name, interface: ifName }) => [name, ifName]),
        [
          ['bridge10', 'eth0'],
          ['default/lan', 'net1'],
        ],
      )
      assert.equal((await node.call('DEL')).status, 0)
      const requests = api
        .audit()
        .slice(before)
        .filter(({ user }) => user === 'plexus')
      assert.equal(
        requests.map(({ verb, uri }) => `${verb} ${uri}`).sort(),
        [
          'create /api/v1/namespaces/default/events',
          'create /api/v1/namespaces/default/events',
          'patch /api/v1/namespaces/default/pods/web/status',
        ],
        JSON.stringify(agent.log()),
      )
      assert.is(await agent.end('SIGTERM'), 0)
    })
  },
  TIMEOUT,
)
