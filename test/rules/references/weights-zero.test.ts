import rule from '../../../rules/references/weights-zero.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './weights-zero.cases.ts';

ruleTable(rule, cases);
