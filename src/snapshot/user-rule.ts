/** Where a part of a user rule stands in its file; line and column count from 1. */
export interface RulePlace {
  readonly line: number;
  readonly column: number;
}

/** What a user rule says to do. */
export interface UserFix {
  readonly say: string;
  readonly restarts: 'nothing' | 'target' | 'gateway';
  readonly works: 'now' | 'through-rescue' | 'after-migration' | 'needs-control-plane';
}

/** An input on which a user rule must speak about just these objects, or be quiet. */
export interface UserRuleTest {
  readonly name: string;
  /** Manifests, as YAML. */
  readonly manifests: string;
  /** The manifests are the whole set: what is not in them does not exist. */
  readonly closed: boolean;
  /** `GatewayRoute shop/cart`; null where any finding will do. Of a quiet test: none. */
  readonly finds: readonly string[] | null;
  readonly says: string | null;
  readonly place: RulePlace;
}

/** A user rule as it was read from its file: plain data, its expressions still text. */
export interface UserRuleText {
  readonly file: string;
  readonly id: string;
  readonly title: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly effect: 'traffic' | 'latent' | 'standing';
  /** What it judges, one by one. */
  readonly each: string;
  /** CEL: true where the subject is at fault. */
  readonly when: string;
  /** Text with CEL in `{{ }}`. */
  readonly message: string;
  readonly cause: string;
  /** Dotted paths in the object that prove it. */
  readonly evidence: readonly string[];
  readonly fix: readonly UserFix[];
  readonly docs: string;
  readonly explains: readonly string[];
  readonly loud: readonly UserRuleTest[];
  readonly quiet: readonly UserRuleTest[];
  readonly places: Readonly<Record<'id' | 'each' | 'when' | 'message', RulePlace>>;
}
