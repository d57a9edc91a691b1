import rule from '../../../rules/references/membership-stale.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './membership-stale.cases.ts';

ruleTable(rule, cases);
