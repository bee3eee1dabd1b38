import { createApp } from 'vue';
import Photos from './Photos.vue';

createApp(Photos).mount('#app');
