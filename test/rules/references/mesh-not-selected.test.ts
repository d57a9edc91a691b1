import rule from '../../../rules/references/mesh-not-selected.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './mesh-not-selected.cases.ts';

ruleTable(rule, cases);
