import type { Command } from 'commander';

/** Prints what a shell must read to complete meshdoctor's verbs, flags and values. */
export async function printCompletion(shell: string): Promise<void> {
  const { script } = await import('@bomb.sh/tab');
  script(shell, 'meshdoctor', 'meshdoctor');
}

/** The adapter's own verb that prints scripts; ours is `completion`. */
const adapters = 'adapters-script';

/** Prints what can stand at the end of a command line that a person is typing, for the shell that asks. */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  const root = tab(program, { completionCommandName: adapters });
  root.commands.delete(adapters);
  const ruleIds = await idsOfRules(words);
  const offerRules = (add: (value: string, description: string) => void): void => {
    for (const id of ruleIds) add(id, '');
  };
  for (const { options } of root.commands.values()) {
    for (const [name, option] of options) {
      if (name === 'rule' || name === 'skip-rule') option.handler = offerRules;
    }
  }
  root.commands.get('rules')?.argument('id', offerRules);
  root.parse([...words]);
}

/** The rules load only where a line can hold one of their ids. */
async function idsOfRules(words: readonly string[]): Promise<readonly string[]> {
  if (!words.some((word) => /^(--(skip-)?rule(=|$)|rules$)/.test(word))) return [];
  const { catalogue } = await import('../../rules/index.ts');
  return catalogue.map(({ rule }) => rule.id).sort();
}
