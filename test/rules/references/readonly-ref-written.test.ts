import rule from '../../../rules/references/readonly-ref-written.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './readonly-ref-written.cases.ts';

ruleTable(rule, cases);
