/** Thrown where a rule has used up its budget. */
export class BudgetSpent extends Error {
  constructor(budget: number) {
    super(`stopped: it used its budget of ${budget} steps; judge fewer things, or nest fewer lists`);
    this.name = 'BudgetSpent';
  }
}

/** Counts the steps of a rule. Steps, never time: the same input is judged alike on every machine. */
export class Meter {
  readonly budget: number;
  #left: number;
  readonly #spent: BudgetSpent;

  constructor(budget: number) {
    this.budget = budget;
    this.#left = budget;
    this.#spent = new BudgetSpent(budget);
  }

  /** True once the budget is used up: expressions may have swallowed the error, as `||` does. */
  get exhausted(): boolean {
    return this.#left < 0;
  }

  /** Takes steps from the budget; throws where it is used up. */
  spend(steps: number): void {
    this.#left -= steps;
    this.check();
  }

  /** Throws where the budget is used up. */
  check(): void {
    if (this.exhausted) throw this.#spent;
  }
}
