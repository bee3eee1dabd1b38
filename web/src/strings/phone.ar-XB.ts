import english from './phone.en';
import { mirrored } from './pseudo';

export default mirrored(english);
