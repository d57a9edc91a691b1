import rule from '../../../rules/traffic/requests-without-route.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './requests-without-route.cases.ts';

ruleTable(rule, cases);
