import { type Case, cni } from '../case.ts'
import { afterDrift, OF_RESULT, ofOthers } from './after-drift.ts'
import * as drifts from './drifts.ts'

/** CHK-02 to CHK-14: CHECK finds what has changed since ADD. */
export const driftCases: readonly Case[] = [
  afterDrift('CHK-02', 'CHECK finds that the interface is gone', OF_RESULT, ['main'], drifts.interfaceGone),
  afterDrift(
    'CHK-03',
    'CHECK finds that another kind of interface has its name',
    OF_RESULT,
    ['main'],
    drifts.interfaceReplaced,
  ),
  afterDrift('CHK-04', 'CHECK finds that the interface has another MAC', OF_RESULT, ['main'], drifts.macChanged),
  afterDrift('CHK-05', 'CHECK finds that an address is gone', OF_RESULT, ['main'], drifts.addressGone),
  afterDrift('CHK-06', 'CHECK finds that a route is gone', OF_RESULT, ['main'], drifts.routeGone),
  afterDrift(
    'CHK-07',
    'CHECK finds that the default route goes another way',
    OF_RESULT,
    ['main'],
    drifts.defaultRouteElsewhere,
  ),
  afterDrift(
    'CHK-08',
    'CHECK finds that the interface is down',
    cni(
      '2 CHECK',
      'SHOULD',
      'The plugin should return an error if it is aware of a condition where the container is generally unreachable.',
    ),
    ['main'],
    drifts.linkDown,
  ),
  afterDrift(
    'CHK-09',
    'CHECK finds that the host’s side is broken',
    ofOthers('what the host has for the container'),
    ['main'],
    drifts.hostSideBroken,
  ),
  afterDrift(
    'CHK-10',
    'CHECK finds that the reservation of an address is gone',
    ofOthers('IP reservations'),
    ['main', 'ipam'],
    drifts.reservationGone,
  ),
  afterDrift('CHK-11', 'CHECK finds that its rules are gone', ofOthers('firewall rules'), ['meta'], drifts.rulesGone),
  afterDrift(
    'CHK-12',
    'CHECK finds that its traffic shaping is gone',
    ofOthers('traffic shaping controls'),
    ['meta'],
    drifts.queueGone,
  ),
  afterDrift(
    'CHK-13',
    'CHECK finds that its policy rules are gone',
    ofOthers('policy rules'),
    ['meta'],
    drifts.policyRuleGone,
  ),
  afterDrift(
    'CHK-14',
    'CHECK finds that a value it set has changed',
    ofOthers('kernel settings and attributes of the interface'),
    ['meta'],
    drifts.tuningUndone,
  ),
]
