import { deployPlexus } from '../test/node/node-agent.ts'
import { installPlexus } from '../test/node/node-plexus.ts'
import { awaitRunning, bindPod, deletePods, execIn, networkStatusText } from '../test/node/node-pods.ts'
import { type RealNode, startRealNode, stock } from '../test/node/real-node.ts'
import { makeRequirementsPods, REQUIREMENTS_PODS, showRequirements } from '../test/node/requirements.ts'

// sh scripts/isolated.sh node --import tsx scripts/show-node.ts
//
// A Kubernetes node from nothing to pods with three networks, and back to nothing: once with the executable alone, once
// with the node agent. Then what Kubernetes requires of its network. The exit status is 1 when anything is not as it should
// be.

const EXAMPLES = new URL('../examples/cluster', import.meta.url).pathname
const PODS = ['web', 'database']

await main()

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))
  try {
    heading('A node: etcd, kube-apiserver, containerd, kubelet')
    const node = await startRealNode()
    show(node, ['get', 'nodes'])

    heading('Without the agent: plexus install, with the service account of deploy/')
    const { status, stdout, stderr } = await installPlexus(node.api, '--agent-socket', '')
    print(`${stdout}${stderr}`)
    if (status !== 0) throw new Error(`plexus install ended with status ${status}`)
    runExamples(node)

    heading('With the agent: what deploy/ has for containerd')
    deployPlexus(node.api)
    show(node, ['-n', 'kube-system', 'get', 'pods'])
    runExamples(node)

    heading('What Kubernetes requires of the network of its pods')
    runRequirements(node)
    // The processes of the node end with the namespaces they are in.
    process.exit(0)
  } catch (fault) {
    console.error(fault instanceof Error ? fault.message : fault)
    process.exit(1)
  }
}

function runExamples(node: RealNode): void {
  const { api } = node
  const before = inWords()
  show(node, ['apply', '-f', EXAMPLES])
  for (const pod of PODS) bindPod(api, pod)
  awaitRunning(api, PODS)
  show(node, ['get', 'pods', '-o', 'wide'])
  command(`kubectl exec web -- ip addr`)
  print(execIn(api, 'web', ['ip', 'addr']))
  command("kubectl get pod web -o jsonpath='{.metadata.annotations.k8s\\.v1\\.cni\\.cncf\\.io/network-status}'")
  print(networkStatusText(api, 'web'))
  show(node, ['get', 'events', '--field-selector', 'source=plexus'])
  print(`On the node now, and not before: ${difference(inWords(), before)}`)
  command(`kubectl delete pod ${PODS.join(' ')}`)
  deletePods(api, PODS)
  const left = difference(inWords(), before)
  print(`On the node now, and not before: ${left}`)
  if (left !== 'nothing') throw new Error('something is left')
  // What the other pass is to show anew.
  api.kubectl(['delete', 'events', '--all'])
}

function runRequirements({ api }: RealNode): void {
  makeRequirementsPods(api)
  command('sh scripts/kubernetes-requirements.sh')
  const { status, stdout, stderr } = showRequirements(api)
  print(`${stdout}${stderr}`)
  if (status !== 0) throw new Error('something is not as Kubernetes requires it')
  deletePods(api, REQUIREMENTS_PODS)
}

/** What is on the node, one thing a line: interfaces, namespaces, addresses given out, firewall rules, journal files. */
function inWords(): readonly string[] {
  const { links, namespaces, leases, rules, files } = stock()
  const named = (kind: string, names: readonly string[]) => names.map((name) => `${kind} ${name}`)
  return [
    ...named('link', links),
    ...named('namespace', namespaces),
    ...named('address', leases),
    ...named('file', files),
    ...named(
      'rule',
      rules.split('\n').map((line) => line.trim()),
    ),
  ]
}

function difference(now: readonly string[], before: readonly string[]): string {
  const more = now.filter((one) => !before.includes(one))
  return more.length === 0 ? 'nothing' : `\n  ${more.join('\n  ')}`
}

function show({ api }: RealNode, args: readonly string[]): void {
  command(`kubectl ${args.map((arg) => arg.replace(process.cwd(), '.')).join(' ')}`)
  const { status, stdout, stderr } = api.kubectl(args)
  print(`${stdout}${stderr}`)
  if (status !== 0) throw new Error(`kubectl ended with status ${status}`)
}

function heading(text: string): void {
  console.log(`\n== ${text}\n`)
}

function command(text: string): void {
  console.log(`$ ${text}`)
}

function print(text: string): void {
  console.log(`${text.trimEnd()}\n`)
}
