import type { Call } from '../cni/index.ts'

// What programs of any kind need, proxies and certificates of those that ask an API server, and a trace to continue.
const INHERITED: readonly string[] = [
  ...['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['TRACEPARENT', 'TRACESTATE', 'BAGGAGE'],
]

/**
 * What of a call's environment its delegates inherit: the `CNI_*` variables, a few that programs need, and those the
 * node configuration names. Anything else of the runtime's (its credentials, what steers interpreters and loaders)
 * is none of theirs.
 */
export function delegateEnvironment(env: Call['env'], named: readonly string[]): Readonly<Record<string, string>> {
  const isInherited = (name: string): boolean =>
    name.startsWith('CNI_') || INHERITED.includes(name) || named.includes(name)
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && isInherited(name) ? [[name, value]] : [])),
  )
}
