/** Roles of values, as `../scanner.ts` numbers them. */
export const skipRole: u8 = 0;
export const keyRole: u8 = 1;
export const markRole: u8 = 2;
export const timeRole: u8 = 3;
export const sentRole: u8 = 4;
export const durationRole: u8 = 5;
export const digitsRole: u8 = 6;
export const serviceRole: u8 = 7;
export const pathRole: u8 = 8;
export const idRole: u8 = 9;
