import english from './phone.en';
import { accented } from './pseudo';

export default accented(english);
