import { CniError } from '../cni/index.ts'
import { runCommand } from '../host/index.ts'
import { knownNetworks } from './doctor-networks.ts'
import { doubt, ill, ok, type Patient, type Verdict } from './doctor-verdict.ts'

// What each plugin needs of the kernel: an interface of a kind, on another one (p0) where it is built on one.
const KINDS: Readonly<Record<string, { readonly module: string; readonly link: string }>> = {
  bridge: { module: 'bridge', link: 'type bridge' },
  macvlan: { module: 'macvlan', link: 'link p0 type macvlan mode bridge' },
  ipvlan: { module: 'ipvlan', link: 'link p0 type ipvlan mode l2' },
  vlan: { module: '8021q', link: 'link p0 type vlan id 7' },
  vrf: { module: 'vrf', link: 'type vrf table 7' },
  ptp: { module: 'veth', link: 'type veth peer name p2' },
  dummy: { module: 'dummy', link: 'type dummy' },
  bandwidth: { module: 'ifb', link: 'type ifb' },
}

/** Whether the kernel makes the kinds of interfaces that the known networks need: it is asked, in a namespace of its own. */
export function examineKernel(patient: Patient): readonly Verdict[] {
  const types = usedTypes(patient).filter((type) => Object.hasOwn(KINDS, type))
  if (types.length === 0) return [ok('no known network needs a kind of interface')]
  if (process.getuid?.() !== 0)
    return [doubt('only root can ask the kernel for the kinds of interfaces', 'sudo plexus doctor')]
  try {
    const missing = types.filter((type) => !makes(KINDS[type]?.link ?? ''))
    const made = types.filter((type) => !missing.includes(type))
    return [
      ...(made.length > 0 ? [ok(`it makes what is needed by ${made.join(', ')}`)] : []),
      ...missing.map((type) =>
        ill(`it makes no interface of the kind that ${type} needs`, `modprobe ${KINDS[type]?.module}`),
      ),
    ]
  } catch (fault) {
    if (fault instanceof CniError) return [doubt(`it cannot be asked: ${fault.msg}`)]
    throw fault
  }
}

function makes(link: string): boolean {
  const script = `ip link add p0 type veth peer name p1 && ip link add name probe ${link}`
  return runCommand('unshare', ['--net', 'sh', '-c', script]).status === 0
}

function usedTypes(patient: Patient): readonly string[] {
  const types = knownNetworks(patient).flatMap(({ network }) => network.plugins.map(({ type }) => type))
  return [...new Set(types)].sort()
}
