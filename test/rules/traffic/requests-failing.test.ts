import rule from '../../../rules/traffic/requests-failing.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './requests-failing.cases.ts';

ruleTable(rule, cases);
