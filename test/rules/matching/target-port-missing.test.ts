import rule from '../../../rules/matching/target-port-missing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './target-port-missing.cases.ts';

ruleTable(rule, cases);
