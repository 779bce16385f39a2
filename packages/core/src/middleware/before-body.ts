import { isThenable } from '../is-thenable.js';
import type { Request } from '../request/request.js';
import type { Response } from '../response/response.js';
import type { Middleware } from './compose.js';

/**
 * Looks at the head of a request before its body is read and its session waited for. It may answer, which ends the request;
 * otherwise the walk goes on. May return a promise.
 */
export type Admission = (req: Request, res: Response) => unknown;

/**
 * When an admission is asked. `describe`: it adds headers or takes notes, and is asked before all that may refuse, so that a
 * refusal carries those headers, too. `refuse`: it may turn a request away.
 */
export type AdmissionKind = 'describe' | 'refuse';

interface BeforeBody {
  readonly kind: AdmissionKind;
  readonly admit: Admission;
  /** True when there is nothing left to be done in the chain. */
  readonly isWhole: boolean;
}

const BEFORE_BODY = Symbol('tina4.beforeBody');

/** Middleware that needs nothing but the head of a request. The pipeline asks `admit`; called as a function it does the same. */
export function headLayer(name: string, kind: AdmissionKind, admit: Admission): Middleware {
  const layer: Middleware = async (req, res, next) => {
    await admit(req, res);
    return res.isAnswered ? res : next();
  };
  Object.defineProperty(layer, 'name', { value: name });
  return Object.assign(layer, { [BEFORE_BODY]: { kind, admit, isWhole: true } });
}

/** Adds to middleware a part that is asked before the body; the rest stays where it is in the chain. */
export function withAdmission(layer: Middleware, admit: Admission): Middleware {
  return Object.assign(layer, { [BEFORE_BODY]: { kind: 'refuse', admit, isWhole: false } });
}

/** Layers parted by when they run. The order within each list is that of registration. */
export interface PartedLayers {
  readonly describing: readonly Admission[];
  readonly refusing: readonly Admission[];
  /** What stays around the handler. */
  readonly inChain: readonly Middleware[];
}

export function partLayers(layers: readonly Middleware[]): PartedLayers {
  const parts = layers.flatMap((layer) => beforeBodyOf(layer) ?? []);
  const admissions = (kind: AdmissionKind): Admission[] =>
    parts.filter((part) => part.kind === kind).map((part) => part.admit);
  return {
    describing: admissions('describe'),
    refusing: admissions('refuse'),
    inChain: layers.filter((layer) => beforeBodyOf(layer)?.isWhole !== true),
  };
}

/** One admission out of several: each is asked until one has answered. Undefined when there is none, so that it costs nothing. */
export function inTurn(admissions: readonly Admission[]): Admission | undefined {
  if (admissions.length < 2) return admissions[0];
  const askFrom = (first: number, req: Request, res: Response): unknown => {
    for (let index = first; index < admissions.length; index++) {
      const asking = (admissions[index] as Admission)(req, res);
      if (isThenable(asking)) return asking.then(() => (res.isAnswered ? undefined : askFrom(index + 1, req, res)));
      if (res.isAnswered) return undefined;
    }
    return undefined;
  };
  return (req, res) => askFrom(0, req, res);
}

function beforeBodyOf(layer: Middleware): BeforeBody | undefined {
  return (layer as Middleware & { readonly [BEFORE_BODY]?: BeforeBody })[BEFORE_BODY];
}
