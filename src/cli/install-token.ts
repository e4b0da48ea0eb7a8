import {
  type ApiServer,
  isTokenRefused,
  KubeError,
  requestToken,
  type TokenClaims,
  tokenClaims,
} from '../cluster/index.ts'

/** The token that the kubeconfig is to have, and what a person should know of it. */
export type ChosenToken = { readonly token: string; readonly warnings: readonly string[] }

/**
 * Chooses the kubeconfig's token.
 * @param mounted The pod's own token, with which another is asked for.
 * @param present The token that the kubeconfig has.
 */
export type TokenChoice = (server: ApiServer, mounted: string, present: string | undefined) => Promise<ChosenToken>

const LIFE_S = 24 * 60 * 60
// Every node of a cluster asks this often whether its token is still good.
const ASK_MS = 60_000

/**
 * A choice that prefers a token of the node's own to the pod's, which is refused as soon as the pod is gone: while the
 * pod is being replaced the executable could not ask the API server. A token of its own is kept until half of its life
 * is over or it is refused, and asked for again then. Where none is to be had, one that is not expired stays, or else
 * the pod's is taken. It asks the API server at most once a minute, and at once when the pod has a new token.
 */
export function tokenChoice(): TokenChoice {
  let last: { readonly mounted: string; readonly at: number; readonly chosen: ChosenToken } | undefined
  return async (server, mounted, present) => {
    // Monotonic: who sets the clock back must not put a renewal off.
    const at = performance.now()
    if (last?.mounted === mounted && at - last.at < ASK_MS) return last.chosen
    const chosen = await choose(server, mounted, present)
    last = { mounted, at, chosen }
    return chosen
  }
}

async function choose(server: ApiServer, mounted: string, present: string | undefined): Promise<ChosenToken> {
  const account = tokenClaims(mounted)
  if (!account) return podsToken(mounted, 'it does not say which service account it is of')
  const own = present !== undefined && present !== mounted && isOwn(present, account) ? present : undefined
  const isRefused = own !== undefined && (await isTokenRefused(server, own))
  if (own !== undefined && !isRefused && isFresh(own)) return { token: own, warnings: [] }
  try {
    return { token: await requestToken(server, mounted, account, LIFE_S), warnings: [] }
  } catch (fault) {
    if (!(fault instanceof KubeError)) throw fault
    if (own === undefined || isRefused) return podsToken(mounted, fault.message)
    return { token: own, warnings: [`its token cannot be renewed, and is used until it expires: ${fault.message}`] }
  }
}

function podsToken(token: string, why: string): ChosenToken {
  return {
    token,
    warnings: [`has this pod's own token, which is refused while the pod is replaced; none of the node's own: ${why}`],
  }
}

function isOwn(token: string, account: TokenClaims): boolean {
  const claims = tokenClaims(token)
  if (!claims?.life || claims.isPodBound || claims.life.to <= Date.now()) return false
  return claims.namespace === account.namespace && claims.name === account.name
}

function isFresh(token: string): boolean {
  const life = tokenClaims(token)?.life
  return life !== undefined && life.to - Date.now() > (life.to - life.from) / 2
}
