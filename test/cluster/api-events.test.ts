import { definition, recorder } from '../engine/plexus.ts'
import { withApiFront } from '../fakes/fake-api-front.ts'
import { assert } from '../harness.ts'
import {
  apiPod,
  apiTest,
  bridgeDefinition,
  eventsOf,
  podArgs,
  serviceAccountToken,
  statusOf,
  statusTextOf,
  uidOf,
} from './api-node.ts'

apiTest('G7: each interface that a pod gets is an Event, made once though its answer is lost', {}, async (node) => {
  node.api.apply(bridgeDefinition('lan', 41), apiPod('eventful', 'lan@lan0'))
  let lost = 0
  const losing = ({ method }: { readonly method: string }) => {
    if (method !== 'POST' || lost > 1) return 'pass'
    lost += 1
    return 'lose'
  }
  await withApiFront(node.api, losing, async (front) => {
    const config = { kubeconfig: front.kubeconfig({ token: serviceAccountToken(node.api) }) }
    assert.is((await node.call('ADD', { ...podArgs('eventful'), config })).status, 0)
    assert.is(front.requests.filter(({ method }) => method === 'POST').length, 4)
  })
  const [eth0 = '', lan0 = ''] = statusOf(node.api, 'eventful').map(({ ips = [] }) => ips.join())
  assert.equal(eventsOf(node.api, 'eventful'), [
    { type: 'Normal', reason: 'AddedInterface', message: `Add eth0 [${eth0}/16] from bridge40` },
    { type: 'Normal', reason: 'AddedInterface', message: `Add lan0 [${lan0}/16] from default/lan` },
  ])
  const { stdout } = node.api.kubectl(['describe', 'pod', 'eventful'])
  assert.match(stdout, /Normal +AddedInterface +\S+ +plexus +Add lan0 \[.*\] from default\/lan/)
})

apiTest('G7: a network that is not there, and one that fails, are Events with the reason', {}, async (node) => {
  node.api.apply(definition('failing', recorder('failing', { fail: 'ADD' })))
  node.api.apply(apiPod('misses', 'nowhere'), apiPod('fails', 'failing'), apiPod('typo', '[{"nam": "x"}]'))
  for (const name of ['misses', 'fails', 'typo']) {
    const { json } = await node.call('ADD', podArgs(name, { uid: uidOf(node.api, name) }))
    const reason = name === 'misses' ? 'NoNetworkFound' : 'FailedAttachment'
    assert.equal(eventsOf(node.api, name), [{ type: 'Warning', reason, message: json.msg }])
    assert.is(statusTextOf(node.api, name), undefined)
  }
  assert.match(
    eventsOf(node.api, 'fails')[0]?.message ?? '',
    /^network default\/failing \(net1\): plugin recorder: told/,
  )
  const { stdout } = node.api.kubectl(['describe', 'pod', 'misses'])
  assert.match(stdout, /Warning +NoNetworkFound +\S+ +plexus +cannot find network-attachment-definition "nowhere"/)
})

apiTest("G7: a static pod's Events are where kubectl looks for them", {}, async (node) => {
  const mirror = { 'kubernetes.io/config.mirror': 'abc', 'kubernetes.io/config.source': 'file' }
  node.api.apply(apiPod('static-told', '', { annotations: mirror }))
  assert.is((await node.call('ADD', podArgs('static-told', { uid: 'abc' }))).status, 0)
  assert.match(node.api.kubectl(['describe', 'pod', 'static-told']).stdout, /AddedInterface .* Add eth0 /)
  assert.is(statusOf(node.api, 'static-told').length, 1)
})
