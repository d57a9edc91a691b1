/** How values are read, as `../scanner.ts` numbers it: up to the text behind them, or as digits if they are; else otherwise. */
export const numberForm: u8 = 1;
/** At the end of the line. */
export const lastForm: u8 = 2;
/** A time in ISO 8601, and one that its own pattern reads. */
export const timeForm: u8 = 3;
export const patternForm: u8 = 4;
export const jsonForm: u8 = 5;
