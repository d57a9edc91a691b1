import rule from '../../../rules/references/selector-matches-no-pod.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './selector-matches-no-pod.cases.ts';

ruleTable(rule, cases);
