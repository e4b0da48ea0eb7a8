import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { assert, test } from '../harness.ts'
import { kubernetesPrograms } from '../node/kube-apiserver.ts'

type Folders = { readonly bin: string; readonly conf: string }
type Mount = { readonly name: string; readonly mountPath: string }
type Volume = { readonly name: string; readonly hostPath?: { readonly path: string } }

const OVERLAYS = new URL('../../deploy/overlays', import.meta.url).pathname
const USUAL: Folders = { bin: '/opt/cni/bin', conf: '/etc/cni/net.d' }
const DISTRIBUTIONS: Readonly<Record<string, Folders>> = {
  containerd: USUAL,
  crio: USUAL,
  k3s: { bin: '/var/lib/rancher/k3s/data/cni', conf: '/var/lib/rancher/k3s/agent/etc/cni/net.d' },
  microk8s: { bin: '/var/snap/microk8s/current/opt/cni/bin', conf: '/var/snap/microk8s/current/args/cni-network' },
  rke2: USUAL,
}

test('K2: there is an overlay for containerd, CRI-O, k3s, MicroK8s and RKE2', () => {
  assert.equal(readdirSync(OVERLAYS).sort(), Object.keys(DISTRIBUTIONS))
})

for (const [name, { bin, conf }] of Object.entries(DISTRIBUTIONS))
  test(`K2: overlay ${name} names the folders of its runtime, and mounts them where the node has them`, () => {
    const kubectl = `${kubernetesPrograms()}/kubectl`
    const built = execFileSync(kubectl, ['kustomize', `${OVERLAYS}/${name}`], { encoding: 'utf8', stdio: 'pipe' })
    const objects = parseAllDocuments(built).map((document) => document.toJS())
    const named = (kind: string, wanted: string) =>
      objects.find((object) => object.kind === kind && object.metadata.name === wanted)
    const { CNI_BIN_DIR, CNI_CONF_DIR, RUNTIME } = named('ConfigMap', 'plexus-install').data
    assert.equal([CNI_BIN_DIR, CNI_CONF_DIR], [bin, conf])
    assert.is(RUNTIME, name === 'crio' ? 'crio' : 'containerd')

    const { initContainers, containers, volumes } = named('DaemonSet', 'plexus').spec.template.spec
    const hostPaths = new Map((volumes as readonly Volume[]).map((volume) => [volume.name, volume.hostPath?.path]))
    const mounts: readonly Mount[] = [...initContainers, ...containers].flatMap(({ volumeMounts }) => volumeMounts)
    for (const [volume, path] of [
      ['cni-bin', bin],
      ['cni-conf', conf],
    ] as const) {
      const places = mounts.filter((mount) => mount.name === volume).map(({ mountPath }) => mountPath)
      assert.equal([hostPaths.get(volume), ...new Set(places)], [path, path])
    }
    // The installer has both, the agent and what renews the credentials only the configurations.
    assert.is(mounts.filter((mount) => mount.name === 'cni-bin').length, 1)
    assert.is(mounts.filter((mount) => mount.name === 'cni-conf').length, 3)
  })
