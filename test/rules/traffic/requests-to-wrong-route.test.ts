import rule from '../../../rules/traffic/requests-to-wrong-route.ts';
import { ruleTable } from '../../support/rule-table.ts';
import cases from './requests-to-wrong-route.cases.ts';

ruleTable(rule, cases);
