import rule from '../../../rules/references/mesh-ambiguous.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './mesh-ambiguous.cases.ts';

ruleTable(rule, cases);
