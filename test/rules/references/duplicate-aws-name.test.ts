import rule from '../../../rules/references/duplicate-aws-name.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './duplicate-aws-name.cases.ts';

ruleTable(rule, cases);
